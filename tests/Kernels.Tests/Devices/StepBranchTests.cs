using GpuCgan.Kernels.Devices;
using GpuCgan.Kernels.Operators;

namespace GpuCgan.Kernels.Tests.Devices;

/// <summary>Branches of recorded work: what waits for what, on a driver of the tests' own and on those that are there.</summary>
public class StepBranchTests
{
    [Fact]
    public void BranchesAreForkedInTurnsAndJoined()
    {
        using var device = ComputeDevice.Open("cpu", 1);
        var driver = new RecordingDriver(device);
        using var recorder = new StepRecorder(driver, device);
        void Work()
        {
            driver.QueueBeside("a");
            driver.Queue("b");
            foreach (string work in (string[])["c", "d", "e", "f"])
                driver.QueueBeside(work);
            device.Join();
            driver.Queue("g");
            // Nobody joins this one.
            driver.QueueBeside("h");
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

    /// <summary>It waits for the branches that are open and no others, and has a side of its own.</summary>
    [Fact]
    public void ABranchBehindAllOthersWaitsForThem()
    {
        using var device = ComputeDevice.Open("cpu", 1);
        var driver = new RecordingDriver(device);
        using var recorder = new StepRecorder(driver, device);
        void Work()
        {
            driver.QueueBeside("a");
            driver.QueueBeside("b");
            driver.QueueBehindAll("c");
            driver.QueueBeside("d");
            driver.QueueBehindAll("e");
            device.Join();
            driver.QueueBehindAll("f");
            driver.Queue("g");
        }
        for (int i = 0; i < 3; i++)
            recorder.Run(0, Work);
        string[] plain = ["a", "b", "c", "d", "e", "f", "g"];
        Assert.Equal(
            [.. plain, .. plain, "begin", "end",
                "replay fork@0 a@0 fork@1 b@1 fork@4 4 behind 0 4 behind 1 c@4 fork@2 d@2 fork@4 4 behind 0 4 behind 1 4 behind 2 e@4 join@0 join@1 join@2 join@4 fork@4 f@4 g join@4"],
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
        var driver = new RecordingDriver(device);
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
            Assert.Throws<InvalidOperationException>(() => { using var inner = device.BesideBehindAll(); });
            Assert.Throws<InvalidOperationException>(device.Join);
        }
        device.Join();
        using (device.BesideBehindAll())
            Assert.Throws<InvalidOperationException>(() => { using var inner = device.Beside(); });
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
        using var e = d.Allocate<float>(1 << 20);
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
            // What it reads is another branch's.
            using (d.BesideBehindAll())
                copy.Launch(Of(c), Of(e));
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
            Assert.Equal(drawn, e.Download());
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
}
