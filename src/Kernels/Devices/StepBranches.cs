using ILGPU.Runtime;

namespace GpuCgan.Kernels.Devices;

/// <summary>The branches of a step that is being recorded: which side stream comes next, and which ones have still to be joined.</summary>
/// <remarks>Sides are taken in turns from the first one on, anew behind each join, so that pieces of work that come in twos, a product and a sum, keep to sides of their own. The last side is
/// for branches behind all others: no other would be held up by what those wait for.</remarks>
internal sealed class StepBranches(IStepForks driver)
{
    private readonly bool[] _isOpen = new bool[driver.Sides.Count];
    private int _next;

    private int Last => _isOpen.Length - 1;

    /// <summary>A side stream that waits for what the main stream was given so far, and for what this side was given before.</summary>
    /// <exception cref="RecordingException">The driver refuses.</exception>
    public AcceleratorStream Fork()
    {
        int side = _next;
        _next = (side + 1) % Last;
        return Open(side);
    }

    /// <summary>The last side, which waits for what the main stream and every other side was given so far.</summary>
    /// <exception cref="RecordingException">The driver refuses.</exception>
    public AcceleratorStream ForkBehindAll()
    {
        var stream = Open(Last);
        for (int other = 0; other < Last; other++)
        {
            if (_isOpen[other])
                driver.Follow(Last, other);
        }
        return stream;
    }

    private AcceleratorStream Open(int side)
    {
        driver.Fork(side);
        _isOpen[side] = true;
        return driver.Sides[side];
    }

    /// <summary>Makes the main stream wait for all sides.</summary>
    /// <exception cref="RecordingException">The driver refuses.</exception>
    public void Join()
    {
        for (int side = 0; side < _isOpen.Length; side++)
        {
            if (!_isOpen[side])
                continue;
            _isOpen[side] = false;
            driver.Join(side);
        }
        _next = 0;
    }
}
