// Goroutines that sleep: the same work as timer/workload.hpp describes, in Go.
//
// go run main.go COUNT LONGEST_MS prints one line of JSON with the counters of that question.
package main

import (
	"fmt"
	"os"
	"sort"
	"strconv"
	"sync"
	"syscall"
	"time"
)

func used() (r syscall.Rusage) {
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &r); err != nil {
		panic(err)
	}
	return r
}

func seconds(t syscall.Timeval) float64 { return float64(t.Sec) + 1e-6*float64(t.Usec) }

func number(text string) int {
	n, err := strconv.Atoi(text)
	if err != nil || n <= 0 {
		panic("timer: expected a positive number, got " + text)
	}
	return n
}

func main() {
	count, longest := number(os.Args[1]), number(os.Args[2])
	late := make([]time.Duration, count)
	var all sync.WaitGroup
	before, began := used(), time.Now()
	draw := uint64(88172645463325252)
	all.Add(count)
	for i := 0; i < count; i++ {
		draw ^= draw << 13
		draw ^= draw >> 7
		draw ^= draw << 17
		howLong := time.Duration(1+draw%uint64(longest)) * time.Millisecond
		go func(late *time.Duration) {
			began := time.Now()
			time.Sleep(howLong)
			*late = time.Since(began) - howLong
			all.Done()
		}(&late[i])
	}
	all.Wait()
	wall, after := time.Since(began), used()
	sort.Slice(late, func(i, j int) bool { return late[i] < late[j] })
	if late[0] < 0 {
		panic("timer: somebody woke early")
	}
	quantile := func(share float64) float64 { return 1e-3 * float64(late[int(share*float64(count-1))]) }
	fmt.Printf(`{"user_seconds": %.6f, "system_seconds": %.6f, "page_faults": %d, "wall_seconds": %.6f, `+
		`"late_p50_us": %.3f, "late_p99_us": %.3f}`+"\n",
		seconds(after.Utime)-seconds(before.Utime), seconds(after.Stime)-seconds(before.Stime),
		after.Minflt-before.Minflt, wall.Seconds(), quantile(0.50), quantile(0.99))
}
