namespace ILGPU.Runtime.OpenCL;

/// <summary>The version of OpenCL that a device speaks.</summary>
public readonly struct CLDeviceVersion(int major, int minor)
{
    public int Major { get; } = major;

    public int Minor { get; } = minor;

    private int Number => (Major << 16) + Minor;

    public static bool operator >(CLDeviceVersion first, CLDeviceVersion second) => first.Number > second.Number;

    public static bool operator >=(CLDeviceVersion first, CLDeviceVersion second) => first.Number >= second.Number;

    public static bool operator <(CLDeviceVersion first, CLDeviceVersion second) => first.Number < second.Number;

    public static bool operator <=(CLDeviceVersion first, CLDeviceVersion second) => first.Number <= second.Number;

    public override string ToString() => $"{Major}.{Minor}";
}
