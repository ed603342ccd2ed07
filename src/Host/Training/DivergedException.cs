namespace GpuCgan.Host.Training;

/// <summary>A loss or a parameter is no longer finite. The message is one line: step, network, and what to try.</summary>
internal sealed class DivergedException(string message) : Exception(message);
