using GpuCgan.Kernels.Devices;
using GpuCgan.Kernels.Operators;
using GpuCgan.Kernels.Profiling;
using GpuCgan.Kernels.Threads;

namespace GpuCgan.Kernels.Tests.Profiling;

public class LaunchRecorderTests
{
    private readonly struct Nothing : IJob
    {
        public void Run(int item, int worker)
        {
        }
    }

    [Theory]
    [OnCpu, OnCpuIlgpu, OnCuda, OnOpenCl]
    public void LaunchesAreRecordedInOrderInsideOfTheStep(string name)
    {
        using var device = ComputeDevice.Open(name, name == "cpu" ? 2 : null, profiling: true);
        using var x = GuardedMatrix.Of(device, Draw.Uniform(17, 40, 1));
        using var w = GuardedMatrix.Of(device, Draw.Uniform(40, 33, 2));
        using var y = GuardedMatrix.Unwritten(device, 17, 33);
        using var sums = GuardedVector.Unwritten(device, 33);
        var gemm = new Gemm(device);
        var columnSum = new ColumnSum(device);
        var recorder = new LaunchRecorder(device);
        for (int round = 0; round < 3; round++)
        {
            var step = recorder.Record(() =>
            {
                gemm.Forward(x.Matrix, w.Matrix, default, y.Matrix, Activation.Identity);
                columnSum.Launch(y.Matrix, sums.View, accumulate: false);
            });
            Assert.Null(device.Profiler);
            Assert.Equal(
                [("Gemm.Forward", "17×33×40", 2L * 17 * 33 * 40, 4L * (17 * 40 + 40 * 33 + 17 * 33)), ("ColumnSum", "17×33", 17L * 33, 4L * (17 * 33 + 33))],
                step.Launches.Select(l => (l.Kernel, l.Shape, l.Flops, l.Bytes)));
            // A device's clock may be coarse: half a microsecond on CUDA.
            Assert.All(step.Launches, l => Assert.True(l.Start >= 0 && l.Seconds >= 0 && l.Start + l.Seconds <= step.Seconds + 1e-6, $"{name}: {l} in a step of {step.Seconds}"));
            Assert.True(step.Launches[0].Start + step.Launches[0].Seconds <= step.Launches[1].Start + 1e-6, $"{name}: {step.Launches[0]} ends behind the start of {step.Launches[1]}");
            Assert.True(step.Seconds > 0 && step.Start > 0);
            Assert.Equal(0, step.Unannounced);
            Assert.Equal(2, step.Starts);
        }
    }

    [Fact]
    public void ALaunchIsAsLongAsItTakes()
    {
        using var device = ComputeDevice.Open("cpu", 1, profiling: true);
        var step = new LaunchRecorder(device).Record(() =>
        {
            using (device.Profiler?.Begin("Sleep", "30", 0, 0))
                Thread.Sleep(30);
            Thread.Sleep(20);
            using (device.Profiler?.Begin("Sleep", "10", 0, 0))
                Thread.Sleep(10);
        });
        // A sleep is never much shorter than it was asked for; on a busy machine it may be longer.
        Assert.True(step.Launches[0].Seconds >= 0.028 && step.Launches[1].Seconds >= 0.009, $"{step.Launches[0]}, {step.Launches[1]}");
        Assert.True(step.Launches[1].Start >= step.Launches[0].Start + step.Launches[0].Seconds + 0.018, $"{step.Launches[0]}, {step.Launches[1]}");
        Assert.True(step.Seconds >= 0.057, $"{step.Seconds}");
    }

    [Fact]
    public void WorkThatNobodyAnnouncedIsCounted()
    {
        using var device = ComputeDevice.Open("cpu", 2, profiling: true);
        var step = new LaunchRecorder(device).Record(() =>
        {
            var job = new Nothing();
            device.Team!.Run(ref job, 2);
            using (device.Profiler?.Begin("Known", "", 0, 0))
                device.Team.Run(ref job, 2);
            device.Team.Run(ref job, 1);
        });
        Assert.Equal(3, step.Starts);
        Assert.Equal(2, step.Unannounced);
    }

    [Fact]
    public void ALaunchInsideOfAnotherIsRefusedAndTheNextStepIsRecordedAsEver()
    {
        using var device = ComputeDevice.Open("cpu", 1, profiling: true);
        var recorder = new LaunchRecorder(device);
        var refused = Assert.Throws<InvalidOperationException>(() => recorder.Record(() =>
        {
            using var outer = device.Profiler?.Begin("Outer", "1", 0, 0);
            using var inner = device.Profiler?.Begin("Inner", "2", 0, 0);
        }));
        Assert.Contains("Inner 2", refused.Message, StringComparison.Ordinal);
        Assert.Contains("Outer 1", refused.Message, StringComparison.Ordinal);
        Assert.Null(device.Profiler);
        var step = recorder.Record(() => device.Profiler?.Begin("Next", "3", 4, 5).Dispose());
        var launch = Assert.Single(step.Launches);
        Assert.Equal(("Next", "3", 4L, 5L), (launch.Kernel, launch.Shape, launch.Flops, launch.Bytes));
    }

    [Fact]
    public void OneRecorderAtATimeAndOnlyWhereLaunchesCanBeTimed()
    {
        using var device = ComputeDevice.Open("cpu", 1);
        Assert.True(device.CanProfile);
        var recorder = new LaunchRecorder(device);
        Assert.Throws<InvalidOperationException>(() => recorder.Record(() => new LaunchRecorder(device).Record(() => { })));
        using var closed = ComputeDevice.Open("cpu-ilgpu");
        Assert.False(closed.CanProfile);
        Assert.Throws<ArgumentException>(() => new LaunchRecorder(closed));
        using var open = ComputeDevice.Open("cpu-ilgpu", profiling: true);
        Assert.True(open.CanProfile);
    }
}
