// The tests share devices (TestDevice), and a device serves one caller at a time.
[assembly: Xunit.CollectionBehavior(DisableTestParallelization = true)]
