package pbx

import "time"

// JobID identifies a job.
type JobID int64

// JobState says what is to become of a job. One that is done is no more.
type JobState string

// The states.
const (
	JobWaiting JobState = "waiting" // for its time, for another try, or for whoever holds its lease
	JobFailed  JobState = "failed"  // given up; a person may have it tried again
)

// Job is something that the server has yet to do by itself. It is written before whoever asked for it is answered, and
// outlives the process.
type Job struct {
	ID           JobID
	Organization OrganizationID
	Queue        string // who works on it
	Kind         string // what is to be done, in the queue's own words
	Key          string // unique: the same job is not taken on twice
	User         UserID // whom it is about; 0: nobody
	To           string // whom it goes to, as people are shown it
	By           string // who asked for it
	Data         string // what else the queue needs, in its own encoding; no secrets
	Secret       Sealed // what must not be read in the database; bound to the key
	State        JobState
	Attempts     int
	CreatedAt    time.Time
	DueAt        time.Time
	GiveUpAt     time.Time
	LastAt       time.Time // of the last try; zero before it
	LastAnswer   string    // what kept it from being done
}
