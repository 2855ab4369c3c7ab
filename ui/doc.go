// Package ui is the full-screen program: the root model, which owns the terminal's size, colours and focus, the stack of screens,
// help and the palette, and routes everything else. The commands start it with Run. It imports the screens under ui, and of the
// domain what they show; never adapters, the simulated cloud or the commands.
package ui
