using GpuCgan.Kernels.Devices;

namespace GpuCgan.Kernels.Tests.Devices;

public class DeviceRequestTests
{
    [Theory]
    [InlineData("cpu", DeviceKind.Cpu, 0)]
    [InlineData("cpu-ilgpu", DeviceKind.CpuIlgpu, 0)]
    [InlineData("cuda", DeviceKind.Cuda, 0)]
    [InlineData("cuda:0", DeviceKind.Cuda, 0)]
    [InlineData("cuda:13", DeviceKind.Cuda, 13)]
    [InlineData("opencl", DeviceKind.OpenCl, 0)]
    [InlineData("opencl:2", DeviceKind.OpenCl, 2)]
    public void ANameIsRead(string name, DeviceKind kind, int index) => Assert.Equal(new DeviceRequest(false, kind, index), DeviceRequest.Parse(name));

    [Fact]
    public void AutoIsRead() => Assert.True(DeviceRequest.Parse("auto").IsAuto);

    [Theory]
    [InlineData(""), InlineData("gpu"), InlineData("CUDA"), InlineData("cuda:"), InlineData("cuda:-1"), InlineData("cuda:+1"), InlineData("cuda: 1"), InlineData("cuda:1,0")]
    [InlineData("cuda:x"), InlineData("cuda:0:1"), InlineData("cuda:99999999999"), InlineData("cpu:0"), InlineData("cpu-ilgpu:0"), InlineData("auto:0"), InlineData("opencl:")]
    public void AnotherNameIsRefusedInOneLineThatSaysWhatThereIs(string name)
    {
        var refusal = Assert.Throws<DeviceNotFoundException>(() => DeviceRequest.Parse(name));
        Assert.Contains($"'{name}'", refusal.Message, StringComparison.Ordinal);
        Assert.Contains(DeviceRequest.Names, refusal.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', refusal.Message);
        Assert.Throws<DeviceNotFoundException>(() => ComputeDevice.Open(name));
    }

    [Theory]
    [InlineData("cuda:999"), InlineData("opencl:999")]
    public void ADeviceThatIsNotThereIsRefusedInOneLine(string name)
    {
        var refusal = Assert.Throws<DeviceNotFoundException>(() => ComputeDevice.Open(name));
        Assert.StartsWith($"--device {name.Split(':')[0]}", refusal.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', refusal.Message);
    }

    [Theory]
    [InlineData("cpu"), InlineData("cpu-ilgpu")]
    public void TheCpuIsAlwaysThere(string name)
    {
        using var device = ComputeDevice.Open(name, threads: 2);
        Assert.Equal(name == "cpu" ? 2 : 0, device.Threads);
        Assert.Contains(DeviceCatalog.Read().Devices, d => d.Id == name);
    }

    [Fact]
    public void TheCatalogNamesWhatAutoTakesAndWhatIsMissing()
    {
        var catalog = DeviceCatalog.Read();
        Assert.Contains(catalog.Best, catalog.Devices);
        Assert.NotEmpty(catalog.Reason);
        foreach (string family in (string[])["cuda", "opencl"])
        {
            bool found = catalog.Devices.Any(d => d.Id.StartsWith(family + ":", StringComparison.Ordinal));
            Assert.Equal(!found, catalog.Missing.Any(m => m.StartsWith(family + ":", StringComparison.Ordinal)));
        }
        Assert.All(catalog.Devices, d => Assert.Equal(d.Kind, DeviceRequest.Parse(d.Id).Kind));
    }
}
