namespace GpuCgan.Fuzz;

/// <summary>What became of the cases of one reader.</summary>
/// <param name="Target">The reader.</param>
/// <param name="Cases">How many there were.</param>
/// <param name="Accepted">How many were read.</param>
/// <param name="MostAllocated">The most bytes that one case allocated on the heap.</param>
/// <param name="Slowest">The longest time that one case took.</param>
/// <param name="Failures">One line each, with the case's number; at most <see cref="Fuzzer.MostFailures"/>.</param>
internal sealed record FuzzReport(string Target, int Cases, int Accepted, long MostAllocated, TimeSpan Slowest, IReadOnlyList<string> Failures);
