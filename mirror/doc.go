// Package mirror makes buckets of one S3 store equal to those of another, and
// proves it.
//
//	src, err := s3http.Open(s3.Endpoint{URL: "http://minio:9000", …})
//	dst, err := s3http.Open(s3.Endpoint{URL: "http://rustfs:9000", …})
//	report, err := mirror.Run(ctx, src, dst, mirror.Options{Buckets: []string{"*"}, CreateBuckets: true})
//	switch report.Outcome() { … }
//
// [Run] copies, [Verify] compares and writes to neither side, [Restore] brings back what
// runs have copied, as it was after one of them. All return a
// [Report]; its outcome is done, differences, partial or refused. The error beside
// it is for a run that did not reach its end.
//
// # Words
//
// A [Reader] is a store that is read, a [Store] one that is written as well; package
// s3http reaches servers, package memory is for tests. An [Entry] is a row of a
// listing, an [Object] what a read says. A [Proof] is how a copy is known to be one.
//
// # Order
//
// For each bucket: both sides are listed, a page ahead, and joined key by key; a pure
// decision is taken for each pair; workers copy and compare; delicate keys come after all plain
// ones; what points to other objects, such as the metadata of Iceberg and Delta tables,
// comes after those; removals come last, in the opposite order. A walk knows nothing beyond
// the range of keys that it was given: several processes could take a range each.
//
// # Guarantees
//
// Each has a test that fails without it.
//
//   - Complete means complete. A listing has ended when the server said so, its keys rose, its
//     tokens moved, and nothing came when it was asked again behind the last key
//     (TestIncompleteListing, TestEarlyEnd, TestEndedContextIsNoEnd, TestTokenCircle,
//     TestFailureInALongListing). A long listing for whose pages there is a wait is read at
//     several places at once, unless its server searches anew for each
//     (TestSearchingServers); each key is seen once, and each place is proven by the one before
//     it, which reads on until it has seen what the next one was shown (TestWalkIsAJoin,
//     TestStartAfterLies, TestEndBeforeASeam, TestKeysComeAndGo). A bucket that fails is
//     reported, the others go on (TestOtherBucketsGoOn). What is listed and cannot be read is a
//     failure (TestVanishedAndGhost).
//   - No torn objects. Every read demands the ETag that was listed and takes its size from the
//     response (TestOverwrittenBeforeRead, TestOverwrittenBetweenParts, TestConditionIgnored).
//     Tags, which come in an answer of their own, are those of what was read
//     (TestOverwrittenBeforeItsTagsAreRead).
//   - Proof before commit. The last bytes of a body are released only when all of them are
//     right; a single write carries the source's MD5 as Content-MD5; an object in parts keeps
//     its parts, and their MD5s must make up the source's ETag before they are joined. Where
//     ETags prove nothing, the copy is read back (TestDamagedOnTheWay, TestProofs,
//     TestDestinationStoresSomethingElse).
//   - Tables are whole at each moment. What points to data is copied after a further listing
//     has shown all the data that it may point to, and held back when some of that could not
//     be copied (TestTablesAreWholeAtEachMoment, TestTableIsHeldBack,
//     TestTablesAreRemovedBackwards).
//   - A copy costs one read and one write. (TestCopyCostsOneReadAndOneWrite) Digests are left
//     to the stores where they are known to check them, which is tried once in a run with a
//     digest that is wrong on purpose (TestDigestsAreChecked).
//   - As fast as the stores. Each gets as many calls at a time as it does more with, and half
//     of that when it is busy (TestPace, TestPaceOfBusyEndpoint, TestRunKeepsToThePace). Parts
//     of an object go four at a time (TestPartsAreUnderWayTogether). The next page of a listing
//     is read while the one before is dealt with, and none behind it (TestListingIsAPageAhead).
//   - Flat memory. It does not grow with keys or sizes, and stays within the limit of a cgroup
//     (TestFlatMemory, also in internal/bench, TestForObjects in internal/heap).
//   - Nothing to do costs listings only. (TestSteadyStateIsListOnly) Unlike ETags are settled
//     by content (TestUnlikeTags), once if there is a place for a journal
//     (TestSteadyStateWithoutEqualTags), which is believed no longer than both rows are those
//     of the proof (TestOverwrittenSinceTheProof), and never needed (TestJournalOfNoUse).
//   - Attributes come along. Headers, user metadata and tags arrive as bytes, and what the
//     destination does not keep is named (TestAttributesAreCopied, TestAttributesNotKept).
//   - Keys are bytes. A destination that would mix two up, or cannot hold one, does not get
//     it, and the report names it (TestKeysAreBytes, TestKeysMixedUp, TestKeysThatOverlap).
//     One that cannot be held beside another one of the source is told apart from others, and
//     keeps nothing from being removed where that is accepted (TestNestedKeysMayBeLeft,
//     TestOtherKeysMayNotBeLeft); one in the way of which is what goes is copied when that is
//     gone (TestFolderBecomesObject).
//   - Newer stays, if so asked. What the destination has written since is left alone
//     (TestNewerAtTheDestination).
//   - Never into itself. A store is not mirrored into itself, under whatever names
//     (TestSameStore, TestTwoNamesForOneStore).
//   - Kill it anywhere. A run may be interrupted anywhere and repeated; it drops the parts of
//     what it did not finish (TestInterruptAndResume), after a grace if so asked (TestGrace).
//     With a journal the next run takes objects in parts up again, when they and their parts
//     are still the same (TestResume), and drops what it cannot use, but nothing that is not
//     its own (TestResumeNothingElse, TestPartsOfAKilledRun).
//   - Strays end. What a killed run was moving to the trash of a bucket is given up by the
//     next run that has the bucket's lock (TestStraysInTheTrash). What it may have begun in
//     the bucket itself is named and stays, since it may be somebody else's
//     (TestStraysAreNamed).
//   - Retries and waits are bounded. They repeat a read and its write together
//     (TestPassingFailures, TestLastingFailures, TestStalledTransfer, TestGivenUp).
//   - Removals come last. Never after an error, within an allowance, and through a trash that
//     also takes what is replaced (TestRemoveGoesThroughTheTrash, TestRemoveIsRefused,
//     TestNoRemovalAfterAnError, TestTrashFails).
//   - Every version arrives, if so asked. With Options.Versions every version and delete
//     marker of a key arrives, the oldest first; what is there is continued and never written
//     twice, an interruption or a doubtful answer included (TestHistory,
//     TestHistoryIsContinued, TestHistoryDuplicatesNothing, TestHistoryIsResumed). Versions of
//     objects keep their ids where stores take those of others (TestRealHistory); elsewhere,
//     and for delete markers, Options.State keeps which is which (TestVersionIDsAreMapped,
//     TestVersionIDsAfterAKill), and a version that the destination has lost is told from
//     those that are like it (TestVersionGoneFromTheDestination). Without a place they are
//     known by their place in the order. A destination that keeps no versions is refused
//     (TestHistoryNeedsVersions).
//   - Retention and legal hold come along. Where they cannot be held they are named
//     (TestLocksAreCarried, TestLocksCannotBeHeld, TestLocksAreHidden).
//   - Settings are read back. With Options.Settings those that could hurt data come after all
//     of it is there (TestSettings, TestSettingsWaitForTheData). What differs, or cannot be
//     held, is named (TestSettingsThatDiffer).
//   - One run at a time. With Options.State one run writes to a bucket. A run that has lost
//     its lock writes nothing any more (TestOneRunAtATime, TestNothingIsWrittenWithoutTheLock,
//     TestEveryWriteIsFenced; package lease).
//   - A destination knows its source. With Options.State it does, and a first run removes
//     nothing that it has not put there (TestOneSource, TestOneSourceOfPlaces,
//     TestStrangersDataIsNotRemoved). Dry runs and verifications leave no state
//     (TestLookingLeavesNoState).
//   - Each complete run is a point to go back to. With Options.State Restore brings it back,
//     byte for byte, whatever other runs have done since, for as long as their trash is kept
//     (TestRestoreAtEachRun, TestOldPointsGo). What is missing for that is named
//     (TestRestoreNamesWhatIsMissing). An empty source is no last state (TestEmptiedSource).
//   - A restore hurts nothing. It writes over nothing newer unless told, removes nothing, and
//     lets no run in between (TestRestoreKeepsNewer, TestRestoreHoldsTheLocks,
//     TestRestoreOfVersions, TestRestoreNeedsARecord). What is kept for it costs one small
//     object in a run with nothing to do (TestPastOfNothing).
//   - Ferry's own is no data. And what is a stranger's is not taken for Ferry's own
//     (TestOwnPrefixIsNoData, TestForeignState, TestStateBucketOfAStranger). Where a store
//     ignores the conditions of writes, that is noticed (TestStateWithoutConditions).
//   - Real servers. Between them every object arrives or is named (TestRealServers).
//   - No secret shows. None is in an error (TestErrorsShowNoSecret in package s3).
//
// # Limits
//
// A change of tags, retention or legal hold alone moves no time at the source: Run sees it
// with Options.Metadata, Verify always; at a version of a history both only name it. What a
// destination does not keep of an object, such as its tags, is a difference in the run that
// copies it and in each Verify; a later Run finds the object equal, without Options.Metadata,
// and says only what the stores can do. Delete
// markers that hide nothing are not part of a history: stores differ in whether they write
// them. A version that a failed attempt has left damaged stays as one more. While histories
// are copied, tables are not whole at each moment, only at the end. Where ETags cannot be
// equal, such as for SSE-KMS, a run without Options.State reads both sides each time, as
// Verify does, and a byte that is damaged on its way from such a source, past the checksums of
// TCP and TLS, is not noticed; whoever may write to that place can make Run take unlike
// objects for equal, but not Verify (TestLyingJournal). Without it there is no lock against a
// second writer either, and the parts of an upload whose run was killed stay with the
// destination until its lifecycle removes them; with it, those of which a kill came before
// their record do, and those on their way to the trash where the place is not that of the
// trash or the server does not list them; and a request that was on its way when a run lost
// its lock may still be carried out. A report that cannot be kept in the place is said in the
// one that is returned, and changes no outcome.
package mirror
