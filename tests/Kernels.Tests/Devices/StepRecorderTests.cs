using GpuCgan.Kernels.Devices;
using GpuCgan.Kernels.Operators;
using GpuCgan.Kernels.Profiling;
using ILGPU.Runtime;

namespace GpuCgan.Kernels.Tests.Devices;

public class StepRecorderTests
{
    [Fact]
    public void APhaseIsCalledTwiceRecordedOnceAndReplayed()
    {
        var driver = new RecordingDriver();
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
        var driver = new RecordingDriver();
        using var recorder = new StepRecorder(driver);
        for (int i = 0; i < 4; i++)
        {
            recorder.Run(0, () => driver.Queue("a"));
            recorder.Run(7, () => driver.Queue("b"));
        }
        Assert.Equal(["a", "b", "a", "b", "begin", "end", "replay a", "begin", "end", "replay b", "replay a", "replay b"], driver.Log);
    }

    /// <summary>Four calls are one recording, and what is left over has that of one. Calls of either kind are warm-ups of both.</summary>
    [Fact]
    public void ManyCallsAtOnceAreRecordedByFours()
    {
        var driver = new RecordingDriver();
        using (var recorder = new StepRecorder(driver))
        {
            void Run(int times) => recorder.Run(0, () => driver.Queue("a"), times);
            Assert.Equal(4, recorder.CallsAtOnce);
            Run(1);
            Run(9);
            Assert.Equal(["a", "a", "a", "a", "a", "begin", "end", "replay a a a a", "begin", "end", "replay a"], driver.Log);
            driver.Log.Clear();
            Run(0);
            Run(3);
            Run(8);
            Assert.Equal(["replay a", "replay a", "replay a", "replay a a a a", "replay a a a a"], driver.Log);
            driver.Log.Clear();
        }
        Assert.Equal(["dispose", "dispose"], driver.Log);
    }

    /// <summary>Four calls that could not be recorded are four calls, and from then on calls are asked for one by one.</summary>
    [Fact]
    public void CallsThatCannotBeRecordedByFoursAreDoneAllTheSame()
    {
        var driver = new RecordingDriver { FailIn = "end" };
        using var recorder = new StepRecorder(driver);
        recorder.Run(0, () => driver.Queue("a"), 10);
        Assert.Equal(["a", "a", "a", "a", "begin", "end", "a", "a", "a", "a", "a", "a"], driver.Log);
        Assert.Equal(1, recorder.CallsAtOnce);
        using var plain = new StepRecorder((IStepCapture?)null);
        Assert.Equal(1, plain.CallsAtOnce);
    }

    [Fact]
    public void WhatIsForgottenIsWarmedUpAndRecordedAnew()
    {
        var driver = new RecordingDriver();
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
        var driver = new RecordingDriver();
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
        var driver = new RecordingDriver { FailIn = where };
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
        var driver = new RecordingDriver();
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
        var driver = new RecordingDriver();
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
        var driver = new RecordingDriver();
        using var recorder = new StepRecorder(driver);
        for (int i = 0; i < 2; i++)
            recorder.Run(0, () => driver.Queue("a"));
        Assert.Throws<ArgumentException>(() => recorder.Run(0, () => throw new ArgumentException("shapes")));
        Assert.Equal(["a", "a", "begin", "abandon"], driver.Log);
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
        recorder.Run(0, clock.Advance, 11);
        Assert.Equal(17u, clock.Read().Step);
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
