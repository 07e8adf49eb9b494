// SPDX-License-Identifier: BSL-1.0
package main

import (
	"context"
	"fmt"
	"net/http"
	"time"
)

// Reports one step in percent; false when the context ended before the step was done.
func doStep(ctx context.Context, name string, pace time.Duration, w http.ResponseWriter) bool {
	progress := time.NewTicker(pace)
	defer progress.Stop()
	for percent := 0; percent <= 100; percent += 50 {
		select {
		case <-ctx.Done():
			return false
		case <-progress.C:
			fmt.Fprintf(w, "event: progress\ndata: %s %d %%\n\n", name, percent)
			http.NewResponseController(w).Flush()
		}
	}
	return true
}

// The same, but given up after a second.
func tryStep(ctx context.Context, name string, pace time.Duration, w http.ResponseWriter) bool {
	limited, cancel := context.WithTimeout(ctx, time.Second)
	defer cancel()
	return doStep(limited, name, pace, w)
}

func deploy(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Content-Type", "text/event-stream")
	w.Header().Set("Cache-Control", "no-cache")
	w.Header().Set("X-Accel-Buffering", "no")
	result := "given up"
	if tryStep(r.Context(), "build", 100*time.Millisecond, w) && tryStep(r.Context(), "test", 700*time.Millisecond, w) {
		result = "deployed"
	}
	fmt.Fprintf(w, "event: result\ndata: %s\n\n", result)
}

func main() {
	http.HandleFunc("/", deploy)
	http.ListenAndServe(":8080", nil)
}
