namespace GpuCgan.Host.Commands;

/// <summary>Arguments that cannot be carried out. The message is one line: what, where, and what to do.</summary>
internal sealed class UsageException(string message) : Exception(message);
