// SPDX-License-Identifier: BSL-1.0
package main

import (
	"fmt"
	"net/http"
	"time"
)

func fiveEvents(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Content-Type", "text/event-stream")
	w.Header().Set("Cache-Control", "no-cache")
	w.Header().Set("X-Accel-Buffering", "no")
	out := http.NewResponseController(w)
	for i := 1; i <= 5; i++ {
		select {
		case <-r.Context().Done():
			return
		case <-time.After(time.Second):
		}
		fmt.Fprintf(w, "data: event %d\n\n", i)
		out.Flush()
	}
}

func main() {
	http.HandleFunc("/", fiveEvents)
	http.ListenAndServe(":8080", nil)
}
