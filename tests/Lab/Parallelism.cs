using Xunit;

// Each lab is a small cluster on this machine; one at a time.
[assembly: CollectionBehavior(DisableTestParallelization = true)]
