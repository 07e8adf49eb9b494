// SPDX-License-Identifier: BSL-1.0
package main

import (
	"context"
	"fmt"
	"net/http"
	"time"
)

func followMarket(ctx context.Context, prices chan<- int) {
	trade := time.NewTicker(300 * time.Millisecond)
	defer trade.Stop()
	for price := 101; ; price++ {
		select {
		case <-ctx.Done():
			return
		case <-trade.C:
		}
		select {
		case <-ctx.Done():
			return
		case prices <- price:
		}
	}
}

func streamPrices(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Content-Type", "text/event-stream")
	w.Header().Set("Cache-Control", "no-cache")
	w.Header().Set("X-Accel-Buffering", "no")
	out := http.NewResponseController(w)
	limited, cancel := context.WithTimeout(r.Context(), 2*time.Second)
	defer cancel()
	prices := make(chan int, 16)
	go followMarket(limited, prices)

	latest := 100
	summary := time.NewTicker(time.Second)
	defer summary.Stop()
	for {
		select {
		case latest = <-prices:
			fmt.Fprintf(w, "event: price\ndata: %d\n\n", latest)
		case <-summary.C:
			fmt.Fprintf(w, "event: summary\ndata: now at %d\n\n", latest)
		case <-limited.Done():
			if limited.Err() == context.DeadlineExceeded {
				fmt.Fprint(w, "event: closing\ndata: two seconds are over\n\n")
			}
			return
		}
		out.Flush()
	}
}

func main() {
	http.HandleFunc("/", streamPrices)
	http.ListenAndServe(":8080", nil)
}
