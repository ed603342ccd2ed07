namespace SkiaSharp;

/// <summary>The base of everything that is disposed. The stand-in refuses use after disposal; the package may crash.</summary>
public abstract class SKObject : IDisposable
{
    /// <summary>Lets go of what the object holds, once.</summary>
    public void Dispose()
    {
        if (!IsDisposed) Dispose(disposing: true);
        IsDisposed = true;
        GC.SuppressFinalize(this);
    }

    /// <summary>Whether <see cref="Dispose()"/> was called.</summary>
    protected internal bool IsDisposed { get; private set; }

    /// <summary>Overridden by types that hold more than managed memory.</summary>
    protected virtual void Dispose(bool disposing) { }

    private protected void ThrowIfDisposed() => ObjectDisposedException.ThrowIf(IsDisposed, this);
}
