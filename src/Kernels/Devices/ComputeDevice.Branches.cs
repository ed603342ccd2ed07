using ILGPU.Runtime;

namespace GpuCgan.Kernels.Devices;

// Work that runs beside other work: branches of a recorded step.
public sealed partial class ComputeDevice
{
    /// <summary>Two layers' worth of weight gradients and bias sums, so that none of these waits for its neighbour's, and few for one further away; and one for what waits for them.</summary>
    private const int Sides = 5;

    private readonly AcceleratorStream _main;
    private AcceleratorStream[]? _sides;
    private AcceleratorStream? _side;
    private bool _isBeside;

    /// <summary>The stream that every kernel and copy of this device is queued on: the main one, or within <see cref="Beside"/> the branch's.</summary>
    public AcceleratorStream Stream => _side ?? _main;

    /// <summary>The streams of branches, made when they are first asked for: before a recording begins.</summary>
    internal IReadOnlyList<AcceleratorStream> SideStreams => _sides ??= [.. Enumerable.Range(0, Sides).Select(_ => Accelerator.CreateStream())];

    /// <summary>The branches of the step that is being recorded; null at all other times, and then everything is queued in the order of the code.</summary>
    internal StepBranches? Branches { get; set; }

    /// <summary>
    /// Begins a branch. What is queued until it is disposed waits for all that was queued before, and what comes after that does not wait for it, until <see cref="Join"/>:
    /// <code>
    /// using (device.Beside())
    ///     operators.Gemm.WeightGradient(x, dy, dw, accumulate: false);
    /// operators.Gemm.InputGradient(dy, w, dx);
    /// device.Join();
    /// </code>
    /// So until then nothing may write what the branch reads or writes, nor read what it writes. Two branches may run side by side too.
    /// </summary>
    /// <remarks>That is so while a step is recorded (<see cref="StepRecorder"/>) by a driver that can do it. Elsewhere the order is that of the code, which gives the same bits.</remarks>
    /// <exception cref="InvalidOperationException">Within a branch. It is said on every device, so that a test on any of them finds it.</exception>
    public Branch Beside()
    {
        NotBeside();
        return Enter(Branches?.Fork());
    }

    /// <summary>Begins a branch that waits for every branch so far too, such as the optimiser's behind weight gradients. Else as <see cref="Beside"/>: nobody waits for it until <see cref="Join"/>.</summary>
    /// <inheritdoc cref="Beside" path="/exception"/>
    public Branch BesideBehindAll()
    {
        NotBeside();
        return Enter(Branches?.ForkBehindAll());
    }

    private Branch Enter(AcceleratorStream? side)
    {
        (_side, _isBeside) = (side, true);
        return new Branch(this);
    }

    /// <summary>What is queued from here on waits for every branch so far.</summary>
    /// <exception cref="InvalidOperationException">Within a branch.</exception>
    public void Join()
    {
        NotBeside();
        Branches?.Join();
    }

    /// <summary>Ends a branch.</summary>
    internal void Leave() => (_side, _isBeside) = (null, false);

    private void NotBeside()
    {
        if (_isBeside)
            throw new InvalidOperationException("A branch has no branches, and joins none.");
    }
}
