// Package flight holds the records of traces until it is known whether anybody needs them,
// in memory that is bounded: by trace and in total.
package flight
