// Package ledger says what a store must hold, by the word of those who wrote to it.
//
// A writer appends an [Entry] before each operation and another one when the answer is there. A
// [Ledger] made of them knows for each key what may be found: one thing after an answer that said
// that all is well, several while an answer is missing. [Ledger.Check] compares it with what a store
// holds and names what was lost, what came back, and what nobody wrote.
package ledger
