package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
)

// clockTicks is the unit of /proc/PID/stat's times: 100 a second on Linux.
const clockTicks = 100

// cpuSeconds is the user and system time of processes and all that descend from them, the ended ones included.
func cpuSeconds(roots ...int) float64 {
	parent, ticks := map[int]int{}, map[int]int{}
	stats, _ := filepath.Glob("/proc/[0-9]*/stat") // the pattern is valid
	for _, file := range stats {
		text, err := os.ReadFile(file)
		if err != nil {
			continue // it just ended
		}
		pid, _ := strconv.Atoi(filepath.Base(filepath.Dir(file)))
		f := strings.Fields(string(text[strings.LastIndexByte(string(text), ')')+2:]))
		parent[pid], _ = strconv.Atoi(f[1])
		for _, i := range []int{11, 12, 13, 14} { // utime, stime, and those of children that were waited for
			n, _ := strconv.Atoi(f[i])
			ticks[pid] += n
		}
	}
	total := 0
	for pid := range ticks {
		for p := pid; p != 0; p = parent[p] {
			if contains(roots, p) {
				total += ticks[pid]
				break
			}
		}
	}
	return float64(total) / clockTicks
}

// pssMiB is the proportional memory of processes and their children, in MiB.
func pssMiB(roots ...int) float64 {
	total := 0
	stats, _ := filepath.Glob("/proc/[0-9]*/smaps_rollup") // the pattern is valid
	for _, file := range stats {
		pid, _ := strconv.Atoi(filepath.Base(filepath.Dir(file)))
		if !descends(pid, roots) {
			continue
		}
		text, err := os.ReadFile(file)
		if err != nil {
			continue // it just ended
		}
		for line := range strings.Lines(string(text)) {
			var kb int
			if _, err := fmt.Sscanf(line, "Pss: %d kB", &kb); err == nil {
				total += kb
			}
		}
	}
	return float64(total) / 1024
}

func descends(pid int, roots []int) bool {
	for pid > 1 {
		if contains(roots, pid) {
			return true
		}
		text, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
		if err != nil {
			return false
		}
		f := strings.Fields(string(text[strings.LastIndexByte(string(text), ')')+2:]))
		pid, _ = strconv.Atoi(f[1])
	}
	return false
}

func contains(list []int, n int) bool {
	for _, v := range list {
		if v == n {
			return true
		}
	}
	return false
}
