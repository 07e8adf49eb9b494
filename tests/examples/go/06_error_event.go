// SPDX-License-Identifier: BSL-1.0
package main

import (
	"errors"
	"fmt"
	"net/http"
)

func importRow(row int) (string, error) {
	if row == 3 {
		return "", errors.New("row 3: the date is missing")
	}
	return fmt.Sprintf("row %d", row), nil
}

func importRows(w http.ResponseWriter, r *http.Request) {
	if r.Header.Get("Last-Event-ID") == ";finished" {
		w.WriteHeader(http.StatusNoContent)
		return
	}
	w.Header().Set("Content-Type", "text/event-stream")
	w.Header().Set("Cache-Control", "no-cache")
	w.Header().Set("X-Accel-Buffering", "no")
	out := http.NewResponseController(w)
	for row := 1; row <= 5; row++ {
		imported, err := importRow(row)
		if err != nil {
			fmt.Fprintf(w, "id: ;finished\nevent: failure\ndata: %s\n\n", err)
			return
		}
		fmt.Fprintf(w, "event: imported\ndata: %s\n\n", imported)
		out.Flush()
	}
	fmt.Fprint(w, "id: ;finished\nevent: done\ndata: all rows\n\n")
}

func main() {
	http.HandleFunc("/", importRows)
	http.ListenAndServe(":8080", nil)
}
