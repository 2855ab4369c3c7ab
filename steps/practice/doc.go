// Package practice serves the simulated cloud: Lightsail and STS, Infisical, and the applications, on loopback, over real HTTP,
// with a state folder that survives a kill and a virtual clock. Only ui/cli/wire imports it, to start it or to find one that runs;
// everything else talks to it over HTTP, as it would to the real services.
package practice
