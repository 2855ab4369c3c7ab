// Package widget draws what several screens need: frames with titled panels, boxes, lists, prose, line input, ages and charts. Every
// line that it returns is as wide as was asked, to the column. It imports ui/theme and ui/keys, and of the domain what it draws;
// every screen under ui may import it.
package widget
