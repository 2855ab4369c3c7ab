// Package theme names every colour, sign and border of the screens, and nothing else names one. Roles become escape sequences that
// are built once for each colour profile and background, so that painting is joining strings. Of ours it imports steps alone, for
// the names of states; every package under ui may import it.
package theme
