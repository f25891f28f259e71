// Package logquery says which lines of a log are wanted.
//
// A [Query] is a list of conditions, all of which have to hold. [Parse] makes one of what is typed
// into a search box; the flags of the command and the viewer's API fill in its fields themselves.
// A [Filter] judges the lines of one log by it, one after the other.
//
// # From cheap to costly
//
// Most lines are not wanted, so the question is put in steps, each for those that are left:
//
//	a block of lines   MayMatch        searches for the texts in all lines at once
//	a line's head      wantsHead       compares ids, level and time
//	the line           mayHaveFields   searches for the values of the fields
//	                   texts, regexp   searches, and undoes escapes where there are any
//	its record         wantsFields     parses all of it
//
// A function whose name has "may" says no only where it is sure, so a step in front loses nothing:
// it can let through too much, and must not let through too little. filter_test.go holds it to that
// with each of its lines.
//
// # Whose lines these are
//
// A line that is no record, as one of a stack trace, belongs to the record before it: it is wanted
// if that is, whatever it says itself, and has its ids. An [Owner] is what a filter has to remember
// of the record for that. Which lines are of one record is decided here alone, for the command and
// for package logindex; what goes through a filter out of order, or from its middle, needs its Owner
// set.
//
// # To have another condition
//
// A new subject needs a word in subjectOf and a case in addSubject; whatever it asks for is a field
// of Query, and is judged in the first step that knows enough. If a block can say beforehand that
// none of its lines will do, so can wantsBlock of package logindex. What can be typed is in the doc
// of Parse and in docs/command.md; filter_test.go and parse_test.go have a line for each form.
//
// # What counts as the same
//
// Texts are found in any case of ASCII letters, and whether they are escaped in the line or not:
// people search for what they see. Fields are compared exactly, with the decoded value. A regular
// expression sees the line as it is.
package logquery
