using GpuCgan.Kernels.Devices;
using GpuCgan.Kernels.Profiling;
using ILGPU.Runtime;

namespace GpuCgan.Network.Tests;

/// <summary>
/// Does a step on the <c>cpu</c> device in another order that its branches allow: between two joins first all of the main stream's work, then one side's after the other. Together with the
/// code's own order and the same with the sides the other way round, any two launches that no wait holds apart have been done both ways round. So a branch that reads what somebody writes
/// before it is joined, or the other way round, changes the bits.
/// </summary>
/// <remarks>A launch cannot be kept for later, but it can be undone, since the device's memory is the host's. So the step is called once for each group of launches, and all others are undone:
/// every operator announces its own (<see cref="ProfiledStepTests"/>).</remarks>
internal sealed class ReorderedStep(ComputeDevice device, HostMemory memory) : ILaunchProfiler, IStepForks
{
    private const int Main = -1;

    // How many launches stand in a row at the end of the main stream, and of each side.
    private readonly int[] _depths = new int[device.SideStreams.Count];
    private int _depth;
    private readonly HashSet<(int Stage, int Stream)> _groups = [];
    private (int Stage, int Stream) _wanted;
    private int _stage;
    private bool _isForked;

    // Whether the last launch was of the wanted group. What a row of the others leaves behind is undone at its end, since nobody who counts has read it.
    private bool _isWanted;

    /// <summary>Of the last step: launches on side streams, all of them, and the longest row of launches each of which waits for the one before.</summary>
    public (int Beside, int All, int InARow) Launches { get; private set; }

    public IReadOnlyList<AcceleratorStream> Sides => device.SideStreams;

    /// <summary>Does the step.</summary>
    public void Run(Action step, bool lastSideFirst)
    {
        _groups.Clear();
        Launches = default;
        _depth = 0;
        Array.Clear(_depths);
        // Nothing is of this group: the others are found.
        Pass(step, (Main, Main));
        Launches = Launches with { InARow = _depth };
        foreach (var group in _groups.OrderBy(group => group.Stage).ThenBy(group => Place(group.Stream, lastSideFirst)).ToArray())
            Pass(step, group);
    }

    /// <summary>The last side waits for what the others were given before, so it comes behind all of them; what they are given later comes behind it in the code's own order.</summary>
    private int Place(int stream, bool lastSideFirst) => stream == Main ? 0 : stream == Sides.Count - 1 ? Sides.Count : lastSideFirst ? Sides.Count - 1 - stream : 1 + stream;

    /// <summary>Does a stream's launches between two joins.</summary>
    private void Pass(Action step, (int Stage, int Stream) group)
    {
        _wanted = group;
        _stage = 0;
        _isWanted = true;
        var branches = new StepBranches(this);
        device.Branches = branches;
        device.Profiler = this;
        try
        {
            step();
            branches.Join();
        }
        finally
        {
            device.Branches = null;
            device.Profiler = null;
        }
        Turn(toWanted: true);
    }

    /// <summary>Before a launch: keeps what the wanted ones in front of it did, or undoes what others did.</summary>
    private void Turn(bool toWanted)
    {
        if (toWanted == _isWanted)
            return;
        if (toWanted)
            memory.PutBack();
        else
            memory.Keep();
        _isWanted = toWanted;
    }

    public void Fork(int side)
    {
        _isForked = true;
        _depths[side] = Math.Max(_depths[side], _depth);
    }

    public void Follow(int side, int other) => _depths[side] = Math.Max(_depths[side], _depths[other]);

    public void Join(int side)
    {
        _depth = Math.Max(_depth, _depths[side]);
        if (_isForked)
            _stage++;
        _isForked = false;
    }

    public IDisposable Begin(string kernel, string shape, long flops, long bytes)
    {
        int side = Sides.ToList().IndexOf(device.Stream);
        var group = (_stage, side < 0 ? Main : side);
        if (_wanted.Stage == Main)
        {
            _groups.Add(group);
            Launches = Launches with { Beside = Launches.Beside + (side < 0 ? 0 : 1), All = Launches.All + 1 };
            if (side < 0)
                _depth++;
            else
                _depths[side]++;
        }
        Turn(toWanted: group == _wanted);
        return NoEnd.Instance;
    }

    private sealed class NoEnd : IDisposable
    {
        public static readonly NoEnd Instance = new();

        public void Dispose()
        {
        }
    }
}
