// SPDX-License-Identifier: BSL-1.0
// Go's net/http for benchmark_transports: go_transports http1|http1-tls|http2-tls CHAIN KEY; see tidings_transports.cpp
// for the lines that it reads. A goroutine a stream, a channel each, as its users write it.
package main

import (
	"bufio"
	"crypto/tls"
	"fmt"
	"log"
	"net"
	"net/http"
	"os"
	"runtime"
	"strings"
	"sync"
)

var (
	lock    sync.Mutex
	streams = map[chan string]bool{}
)

func events(w http.ResponseWriter, r *http.Request) {
	own := make(chan string, 16)
	lock.Lock()
	streams[own] = true
	lock.Unlock()
	defer func() {
		lock.Lock()
		delete(streams, own)
		lock.Unlock()
	}()
	w.Header().Set("Content-Type", "text/event-stream")
	out := w.(http.Flusher)
	out.Flush()
	for {
		select {
		case event := <-own:
			fmt.Fprint(w, event)
			out.Flush()
		case <-r.Context().Done():
			return
		}
	}
}

func publish(size int) {
	event := "data: " + strings.Repeat("x", size-8) + "\n\n"
	lock.Lock()
	defer lock.Unlock()
	for each := range streams {
		each <- event
	}
}

func heap() uint64 {
	var memory runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&memory)
	return memory.HeapAlloc + memory.StackInuse
}

func main() {
	how, chain, key := os.Args[1], os.Args[2], os.Args[3]
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		log.Fatal(err)
	}
	http.HandleFunc("/events", events)
	server := &http.Server{}
	if !strings.HasPrefix(how, "http2") { // else it speaks both
		server.TLSNextProto = map[string]func(*http.Server, *tls.Conn, http.Handler){}
	}
	if strings.HasSuffix(how, "-tls") {
		go server.ServeTLS(listener, chain, key)
	} else {
		go server.Serve(listener)
	}
	fmt.Println(listener.Addr().(*net.TCPAddr).Port)
	lines := bufio.NewScanner(os.Stdin)
	for lines.Scan() {
		var size int
		switch line := lines.Text(); {
		case line == "streams":
			lock.Lock()
			fmt.Println(len(streams))
			lock.Unlock()
		case line == "heap":
			fmt.Println(heap())
		default:
			fmt.Sscanf(line, "publish %d", &size)
			publish(size)
		}
	}
}
