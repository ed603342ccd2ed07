namespace GpuCgan.Host.Data.Fetching;

/// <summary>A mirror did not deliver. The message says what it did instead, and is part of a sentence.</summary>
/// <param name="message">Such as "answered 404".</param>
/// <param name="isTransient">Whether asking the same mirror again may help: the connection broke, not the file.</param>
internal sealed class MirrorException(string message, bool isTransient) : Exception(message)
{
    public bool IsTransient { get; } = isTransient;
}
