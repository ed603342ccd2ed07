using GpuCgan.Kernels.Devices;
using GpuCgan.Kernels.Operators;
using GpuCgan.Kernels.Profiling;
using ILGPU.Runtime;
using ILGPU.Runtime.Cuda;

namespace GpuCgan.Kernels.Tests.Devices;

public class StepRecorderTests
{
    /// <summary>A driver that writes down what it is asked for. While it records, work that is "queued" through it is kept, not done.</summary>
    private sealed class Driver(ComputeDevice? device = null) : IStepCapture
    {
        private List<string>? _recording;

        public IReadOnlyList<AcceleratorStream> Sides => device?.SideStreams ?? [];

        public List<string> Log { get; } = [];

        public string? FailIn { get; set; }

        public void Queue(string work)
        {
            if (_recording is null)
            {
                Log.Add(work);
                return;
            }
            if (FailIn == "queue")
                throw new CudaException("operation not permitted when stream is capturing");
            int side = Sides.ToList().IndexOf(device?.Stream!);
            _recording.Add(side < 0 ? work : $"{work}@{side}");
        }

        public void Fork(int side)
        {
            if (FailIn == "fork")
                throw new RecordingException("cuStreamWaitEvent: CUDA_ERROR_STREAM_CAPTURE_ISOLATION");
            _recording!.Add($"fork@{side}");
        }

        public void Join(int side)
        {
            // A capture that is broken takes nothing more.
            if (FailIn is "join" or "queue")
                throw new RecordingException("cuEventRecord: CUDA_ERROR_STREAM_CAPTURE_INVALIDATED");
            _recording!.Add($"join@{side}");
        }

        public void Dispose()
        {
        }

        public void Begin()
        {
            if (FailIn == "begin")
                throw new RecordingException("cuStreamBeginCapture: CUDA_ERROR_NOT_SUPPORTED");
            Assert.Null(_recording);
            _recording = [];
            Log.Add("begin");
        }

        public IRecordedStep End()
        {
            var recorded = _recording!;
            _recording = null;
            Log.Add("end");
            return FailIn == "end" ? throw new RecordingException("cuGraphInstantiate: CUDA_ERROR_OUT_OF_MEMORY") : new Graph(this, recorded);
        }

        public void Abandon()
        {
            var lost = _recording!.Where(work => work.StartsWith("join", StringComparison.Ordinal));
            Log.Add(string.Join(' ', (string[])["abandon", .. lost]));
            _recording = null;
        }

        private sealed class Graph(Driver driver, List<string> work) : IRecordedStep
        {
            public void Replay()
            {
                if (driver.FailIn == "replay")
                    throw new CudaException("cuGraphLaunch: CUDA_ERROR_ILLEGAL_ADDRESS");
                driver.Log.Add($"replay {string.Join(' ', work)}");
            }

            public void Dispose() => driver.Log.Add("dispose");
        }
    }

    [Fact]
    public void APhaseIsCalledTwiceRecordedOnceAndReplayed()
    {
        var driver = new Driver();
        using var recorder = new StepRecorder(driver);
        for (int i = 0; i < 5; i++)
        {
            Assert.Equal(i > 2, recorder.IsReplaying);
            recorder.Run(0, () => driver.Queue("a"));
        }
        Assert.Equal(["a", "a", "begin", "end", "replay a", "replay a", "replay a"], driver.Log);
        Assert.Null(recorder.WhyPlain);
    }

    [Fact]
    public void EachPhaseHasARecordingOfItsOwn()
    {
        var driver = new Driver();
        using var recorder = new StepRecorder(driver);
        for (int i = 0; i < 4; i++)
        {
            recorder.Run(0, () => driver.Queue("a"));
            recorder.Run(7, () => driver.Queue("b"));
        }
        Assert.Equal(["a", "b", "a", "b", "begin", "end", "replay a", "begin", "end", "replay b", "replay a", "replay b"], driver.Log);
    }

    [Fact]
    public void WhatIsForgottenIsWarmedUpAndRecordedAnew()
    {
        var driver = new Driver();
        using (var recorder = new StepRecorder(driver))
        {
            for (int i = 0; i < 3; i++)
                recorder.Run(0, () => driver.Queue("old"));
            recorder.Forget();
            Assert.False(recorder.IsReplaying);
            for (int i = 0; i < 3; i++)
                recorder.Run(0, () => driver.Queue("new"));
        }
        Assert.Equal(["old", "old", "begin", "end", "replay old", "dispose", "new", "new", "begin", "end", "replay new", "dispose"], driver.Log);
    }

    /// <summary>A profiler would miss the launches of a recording, and its markers would break one.</summary>
    [Fact]
    public void UnderAProfilerNothingIsRecordedOrReplayed()
    {
        using var device = ComputeDevice.Open("cpu", 1, profiling: true);
        var profiler = new LaunchRecorder(device);
        var driver = new Driver();
        using var recorder = new StepRecorder(driver, device);
        void Run() => recorder.Run(0, () => driver.Queue("a"));
        for (int i = 0; i < 3; i++)
            profiler.Record(Run);
        Assert.Equal(["a", "a", "a"], driver.Log);
        driver.Log.Clear();
        for (int i = 0; i < 3; i++)
            Run();
        profiler.Record(Run);
        Run();
        Assert.Equal(["a", "a", "begin", "end", "replay a", "a", "replay a"], driver.Log);
    }

    /// <summary>Wherever it fails, the step is done, once, and so are those after it, and the reason can be told.</summary>
    [Theory]
    [InlineData("begin", "NOT_SUPPORTED", new string[0]), InlineData("queue", "not permitted", new[] { "begin", "abandon" }), InlineData("end", "OUT_OF_MEMORY", new[] { "begin", "end" })]
    public void AFailedRecordingGoesOnWithPlainCalls(string where, string reason, string[] asked)
    {
        var driver = new Driver { FailIn = where };
        using var recorder = new StepRecorder(driver);
        for (int i = 0; i < 5; i++)
            recorder.Run(0, () => driver.Queue("a"));
        Assert.Equal(["a", "a", .. asked, "a", "a", "a"], driver.Log);
        Assert.Contains(reason, recorder.WhyPlain, StringComparison.Ordinal);
        Assert.False(recorder.IsReplaying);
    }

    [Fact]
    public void AFailureInOnePhaseDropsTheOthers()
    {
        var driver = new Driver();
        using var recorder = new StepRecorder(driver);
        for (int i = 0; i < 3; i++)
            recorder.Run(0, () => driver.Queue("a"));
        driver.FailIn = "end";
        for (int i = 0; i < 3; i++)
            recorder.Run(1, () => driver.Queue("b"));
        recorder.Run(0, () => driver.Queue("a"));
        Assert.Equal(["a", "a", "begin", "end", "replay a", "b", "b", "begin", "end", "dispose", "b", "a"], driver.Log);
    }

    [Fact]
    public void ADeviceThatFailsInAReplayIsNotHidden()
    {
        var driver = new Driver();
        using var recorder = new StepRecorder(driver);
        for (int i = 0; i < 3; i++)
            recorder.Run(0, () => driver.Queue("a"));
        driver.FailIn = "replay";
        Assert.ThrowsAny<AcceleratorException>(() => recorder.Run(0, () => driver.Queue("a")));
        Assert.Null(recorder.WhyPlain);
    }

    [Fact]
    public void AnErrorOfTheWorkItselfIsNotHidden()
    {
        var driver = new Driver();
        using var recorder = new StepRecorder(driver);
        for (int i = 0; i < 2; i++)
            recorder.Run(0, () => driver.Queue("a"));
        Assert.Throws<ArgumentException>(() => recorder.Run(0, () => throw new ArgumentException("shapes")));
        Assert.Equal(["a", "a", "begin", "abandon"], driver.Log);
    }

    [Fact]
    public void BranchesAreForkedInTurnsAndJoined()
    {
        using var device = ComputeDevice.Open("cpu", 1);
        var driver = new Driver(device);
        using var recorder = new StepRecorder(driver, device);
        void Beside(string work)
        {
            using (device.Beside())
                driver.Queue(work);
        }
        void Work()
        {
            Beside("a");
            driver.Queue("b");
            foreach (string work in (string[])["c", "d", "e", "f"])
                Beside(work);
            device.Join();
            driver.Queue("g");
            // Nobody joins this one.
            Beside("h");
        }
        for (int i = 0; i < 3; i++)
            recorder.Run(0, Work);
        string[] plain = ["a", "b", "c", "d", "e", "f", "g", "h"];
        Assert.Equal(
            [.. plain, .. plain, "begin", "end",
                "replay fork@0 a@0 b fork@1 c@1 fork@2 d@2 fork@3 e@3 fork@0 f@0 join@0 join@1 join@2 join@3 g fork@0 h@0 join@0"],
            driver.Log);
        Assert.Null(device.Branches);
    }

    /// <summary>What fails within a branch or on its way is done once more without one, and nothing goes to a side stream any longer.</summary>
    [Theory]
    [InlineData("fork", "ISOLATION", "abandon"), InlineData("queue", "not permitted", "abandon"), InlineData("join", "INVALIDATED", "abandon"), InlineData("work", "shapes", "abandon join@0")]
    public void AFailureInABranchAbandonsTheRecording(string where, string reason, string asked)
    {
        using var device = ComputeDevice.Open("cpu", 1);
        var main = device.Stream;
        var driver = new Driver(device);
        using var recorder = new StepRecorder(driver, device);
        bool fails = false;
        void Work()
        {
            using (device.Beside())
            {
                if (fails)
                    throw new ArgumentException("shapes");
                driver.Queue("a");
            }
            device.Join();
        }
        for (int i = 0; i < 2; i++)
            recorder.Run(0, Work);
        driver.Log.Clear();
        driver.FailIn = where;
        fails = where == "work";
        if (fails)
            Assert.Contains(reason, Assert.Throws<ArgumentException>(() => recorder.Run(0, Work)).Message, StringComparison.Ordinal);
        else
            recorder.Run(0, Work);
        Assert.Equal(fails ? ["begin", asked] : ["begin", asked, "a"], driver.Log);
        if (!fails)
            Assert.Contains(reason, recorder.WhyPlain, StringComparison.Ordinal);
        Assert.Same(main, device.Stream);
        Assert.Null(device.Branches);
    }

    /// <summary>Also where nothing is recorded, so that no order of work is found wrong on a GPU alone.</summary>
    [Fact]
    public void ABranchHasNoBranchesAndJoinsNone()
    {
        using var device = ComputeDevice.Open("cpu", 1);
        using (device.Beside())
        {
            Assert.Throws<InvalidOperationException>(() => { using var inner = device.Beside(); });
            Assert.Throws<InvalidOperationException>(device.Join);
        }
        device.Join();
        using (device.Beside())
            Assert.NotNull(device.Stream);
    }

    /// <summary>The arrays are large enough for a wait that is missing to show.</summary>
    [Theory]
    [OnCpu, OnCuda, OnOpenCl]
    public void WorkOfBranchesIsInOrderWithWhatIsJoined(string device)
    {
        var d = TestDevice.Get(device);
        using var a = d.Allocate<float>(1 << 20);
        using var b = d.Allocate<float>(1 << 20);
        using var c = d.Allocate<float>(1 << 20);
        using var clock = new StepClock(d, 5);
        using var recorder = new StepRecorder(d);
        var philox = new Philox(d);
        var copy = new CopyMatrix(d);
        static Matrix Of(DeviceArray<float> array) => new(array.View, 1024, 1024);
        void Work()
        {
            philox.Normal(clock.View, 1, Of(a));
            using (d.Beside())
                copy.Launch(Of(a), Of(b));
            using (d.Beside())
                copy.Launch(Of(a), Of(c));
            d.Join();
            // Overwrites what the branches have read.
            copy.Launch(Of(b), Of(a));
            clock.Advance();
        }
        float last = 0;
        for (int i = 0; i < 6; i++)
        {
            recorder.Run(0, Work);
            float[] drawn = b.Download();
            Assert.Equal(drawn, a.Download());
            Assert.Equal(drawn, c.Download());
            Assert.NotEqual(last, drawn[^1]);
            last = drawn[^1];
        }
        Assert.Null(recorder.WhyPlain);
    }

    /// <summary>An error of the work itself, with a side stream in the middle of things: the next call finds the device as it was, and records.</summary>
    [Theory]
    [OnCpu, OnCuda, OnOpenCl]
    public void AnErrorInABranchLeavesTheDeviceWell(string device)
    {
        using var d = ComputeDevice.Open(device);
        using var clock = new StepClock(d, 5);
        using var recorder = new StepRecorder(d);
        bool fails = false;
        void Work()
        {
            using (d.Beside())
            {
                if (fails)
                    throw new ArgumentException("shapes");
                clock.Advance();
            }
            d.Join();
            clock.Advance();
        }
        for (uint i = 1; i <= 6; i++)
        {
            fails = i == 3;
            uint before = clock.Read().Step;
            if (fails)
                Assert.Throws<ArgumentException>(() => recorder.Run(0, Work));
            else
                recorder.Run(0, Work);
            Assert.Equal(fails ? before : before + 2, clock.Read().Step);
        }
        Assert.Null(recorder.WhyPlain);
        Assert.Equal(d.Kind == DeviceKind.Cuda, recorder.IsReplaying);
    }

    /// <summary>What no recording allows, in a branch: the driver breaks the recording off, and the work is done plainly from then on.</summary>
    [Theory]
    [OnCpu, OnCuda, OnOpenCl]
    public void WorkThatWaitsInABranchIsDonePlainly(string device)
    {
        using var d = ComputeDevice.Open(device);
        using var clock = new StepClock(d, 5);
        using var recorder = new StepRecorder(d);
        for (uint i = 1; i <= 5; i++)
        {
            recorder.Run(0, () =>
            {
                using (d.Beside())
                {
                    clock.Advance();
                    d.Synchronize();
                }
                d.Join();
                clock.Advance();
            });
            Assert.Equal(2 * i, clock.Read().Step);
        }
        Assert.Equal(d.Kind == DeviceKind.Cuda, recorder.WhyPlain is not null);
        Assert.False(recorder.IsReplaying);
    }

    /// <summary>Steps on the device's own counter, so that calls that were recorded but not done, or done twice, are seen.</summary>
    [Theory]
    [OnCpu, OnCpuIlgpu, OnCuda, OnOpenCl]
    public void WorkIsDoneOnceACall(string device)
    {
        var d = TestDevice.Get(device);
        using var clock = new StepClock(d, 5);
        using var recorder = new StepRecorder(d);
        for (uint i = 1; i <= 6; i++)
        {
            recorder.Run(0, clock.Advance);
            Assert.Equal(i, clock.Read().Step);
        }
        Assert.Null(recorder.WhyPlain);
        Assert.Equal(d.Kind == DeviceKind.Cuda, recorder.IsReplaying);
    }

    [Fact]
    public void ADeviceThatWasAskedNotToRecordsNothing()
    {
        using var d = ComputeDevice.Open("cpu", 1, recordSteps: false);
        Assert.False(d.RecordsSteps);
        using var clock = new StepClock(d, 5);
        using var recorder = new StepRecorder(d);
        for (int i = 0; i < 4; i++)
            recorder.Run(0, clock.Advance);
        Assert.Equal(4u, clock.Read().Step);
        Assert.Null(recorder.WhyPlain);
    }
}
