// Package home is the first screen: what is wrong right now and what to do about it, the runs to go on with, the procedures, the
// state; and the first page of a procedure, from which a run starts. Nothing is shown that is not known. It imports ui/deps and
// what that names; the root model imports it.
package home
