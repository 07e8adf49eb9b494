// SPDX-License-Identifier: BSL-1.0
package main

import (
	"fmt"
	"net/http"
	"time"
)

func thinkLong(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Content-Type", "text/event-stream")
	w.Header().Set("Cache-Control", "no-cache")
	w.Header().Set("X-Accel-Buffering", "no")
	out := http.NewResponseController(w)
	keepAlive := time.NewTicker(time.Second)
	defer keepAlive.Stop()
	thought := time.After(3500 * time.Millisecond)
	for {
		select {
		case <-r.Context().Done():
			return
		case <-keepAlive.C:
			fmt.Fprint(w, ": ping\n\n")
			out.Flush()
		case <-thought:
			fmt.Fprint(w, "event: answer\ndata: 42\n\n")
			return
		}
	}
}

func main() {
	http.HandleFunc("/", thinkLong)
	http.ListenAndServe(":8080", nil)
}
