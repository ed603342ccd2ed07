using System.Reflection;
using Xunit.Sdk;

namespace GpuCgan.Kernels.Tests;

/// <summary>
/// Rows for a theory that runs on a device: the device's name, then the rows of a static member of the test class (or nothing more). A GPU that is
/// not there is a visible skip with its reason. The CPU is never skipped.
/// </summary>
[AttributeUsage(AttributeTargets.Method)]
public abstract class DeviceDataAttribute : DataAttribute
{
    private readonly string _device;
    private readonly string? _rows;

    protected DeviceDataAttribute(string device, string? rows)
    {
        _device = device;
        _rows = rows;
        Skip = TestDevice.WhyAbsent(device);
    }

    public override IEnumerable<object[]> GetData(MethodInfo testMethod)
    {
        if (_rows is null)
            return [[_device]];
        var member = testMethod.DeclaringType!.GetProperty(_rows, BindingFlags.Static | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.FlattenHierarchy)
            ?? throw new InvalidOperationException($"{testMethod.DeclaringType} has no static property {_rows}.");
        var rows = ((IEnumerable<object[]>)member.GetValue(null)!).Select(row => (object[])[_device, .. row]);
        // An absent device is one skip a theory, not one a row.
        return Skip is null ? rows : rows.Take(1);
    }
}

/// <summary>The wide twins.</summary>
public sealed class OnCpuAttribute(string? rows = null) : DeviceDataAttribute("cpu", rows);

/// <summary>The ILGPU kernels on the CPU accelerator.</summary>
public sealed class OnCpuIlgpuAttribute(string? rows = null) : DeviceDataAttribute("cpu-ilgpu", rows);

/// <summary>The ILGPU kernels on an NVIDIA GPU.</summary>
public sealed class OnCudaAttribute(string? rows = null) : DeviceDataAttribute("cuda", rows);

/// <summary>The ILGPU kernels on any OpenCL device, a CPU's too.</summary>
public sealed class OnOpenClAttribute(string? rows = null) : DeviceDataAttribute("opencl", rows);
