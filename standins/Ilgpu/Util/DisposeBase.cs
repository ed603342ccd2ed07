namespace ILGPU.Util;

/// <summary>An object that is disposed once, by its owner or by its finaliser.</summary>
public abstract class DisposeBase : IDisposable
{
    private int disposed;

    protected DisposeBase()
    {
    }

    ~DisposeBase() => DisposeOnce(false);

    public bool IsDisposed => Volatile.Read(ref disposed) != 0;

    public void Dispose()
    {
        DisposeOnce(true);
        GC.SuppressFinalize(this);
    }

    /// <summary>Called once. With <paramref name="disposing"/> false other managed objects may be gone already.</summary>
    protected virtual void Dispose(bool disposing)
    {
    }

    protected void VerifyNotDisposed() => ObjectDisposedException.ThrowIf(IsDisposed, this);

    private void DisposeOnce(bool disposing)
    {
        if (Interlocked.Exchange(ref disposed, 1) == 0)
            Dispose(disposing);
    }
}
