using System.Reflection;

namespace ILGPU.Runtime;

/// <summary>Says which accelerators a type of device makes.</summary>
[AttributeUsage(AttributeTargets.Class)]
public sealed class DeviceTypeAttribute(AcceleratorType acceleratorType) : Attribute
{
    public AcceleratorType AcceleratorType { get; } = acceleratorType;

    /// <exception cref="InvalidOperationException">The type has no such attribute.</exception>
    public static AcceleratorType GetAcceleratorType(Type type) =>
        type.GetCustomAttribute<DeviceTypeAttribute>()?.AcceleratorType
        ?? throw new InvalidOperationException($"{type} does not say which accelerators it makes.");
}
