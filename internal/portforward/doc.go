// Package portforward opens a way to a pod through the API server, as kubectl port-forward does.
package portforward
