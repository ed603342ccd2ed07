// A device uses every core, and one test counts what all threads allocate: the tests run one after another.
[assembly: Xunit.CollectionBehavior(DisableTestParallelization = true)]
