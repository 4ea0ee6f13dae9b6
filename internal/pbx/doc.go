// Package pbx is the domain of the phone system: organizations, groups, users, devices, the numbering plan, settings,
// call records and the change set, with their identifiers, validation rules and error kinds.
//
// It imports the standard library only and does no I/O; it knows neither SQL, SIP nor HTTP. All values are plain data:
// they may be copied freely and are safe for concurrent reading.
package pbx
