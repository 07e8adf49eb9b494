// SPDX-License-Identifier: BSL-1.0
package main

import (
	"fmt"
	"net/http"
	"time"
)

func tellTime(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Content-Type", "text/event-stream")
	w.Header().Set("Cache-Control", "no-cache")
	w.Header().Set("X-Accel-Buffering", "no")
	out := http.NewResponseController(w)
	everySecond := time.NewTicker(time.Second)
	defer everySecond.Stop()
	for {
		select {
		case <-r.Context().Done():
			return
		case now := <-everySecond.C:
			fmt.Fprintf(w, "data: %s\n\n", now.UTC().Format(time.RFC3339))
			out.Flush()
		}
	}
}

func main() {
	http.HandleFunc("/", tellTime)
	http.ListenAndServe(":8080", nil)
}
