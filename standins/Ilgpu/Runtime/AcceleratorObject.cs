using ILGPU.Util;

namespace ILGPU.Runtime;

/// <summary>Something that belongs to an accelerator and is disposed with it at the latest.</summary>
public abstract class AcceleratorObject : DisposeBase
{
    protected AcceleratorObject(Accelerator accelerator)
    {
        Accelerator = accelerator;
        accelerator.Adopt(this);
    }

    public Accelerator Accelerator { get; }

    public AcceleratorType AcceleratorType => Accelerator.AcceleratorType;

    protected sealed override void Dispose(bool disposing) => DisposeAcceleratorObject(disposing);

    protected abstract void DisposeAcceleratorObject(bool disposing);
}
