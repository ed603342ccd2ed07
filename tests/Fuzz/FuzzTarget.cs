namespace GpuCgan.Fuzz;

/// <summary>A reader under test.</summary>
/// <param name="Name">As <c>--reader</c> takes it.</param>
/// <param name="FileName">What the damaged file is called, in a folder of its own.</param>
/// <param name="Seeds">Sound files, which the reader takes.</param>
/// <param name="Read">Reads the file: returns, or throws what its documentation says. It checks itself whatever of the result can be checked.</param>
/// <param name="Repair">Makes checks that damage never passes (checksums, lengths) pass again: damaged bytes and the seed they come from. Applied to half of the cases.</param>
/// <param name="MostAllocated">The most bytes that reading a file of so many bytes may allocate on the heap.</param>
internal sealed record FuzzTarget(string Name, string FileName, IReadOnlyList<byte[]> Seeds, Action<string> Read, Func<byte[], byte[], byte[]> Repair, Func<long, long> MostAllocated);
