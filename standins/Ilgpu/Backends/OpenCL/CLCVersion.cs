namespace ILGPU.Backends.OpenCL;

/// <summary>The version of OpenCL C that a device compiles.</summary>
public readonly struct CLCVersion(int major, int minor)
{
    public int Major { get; } = major;

    public int Minor { get; } = minor;

    private int Number => (Major << 16) + Minor;

    public static bool operator >(CLCVersion first, CLCVersion second) => first.Number > second.Number;

    public static bool operator >=(CLCVersion first, CLCVersion second) => first.Number >= second.Number;

    public static bool operator <(CLCVersion first, CLCVersion second) => first.Number < second.Number;

    public static bool operator <=(CLCVersion first, CLCVersion second) => first.Number <= second.Number;

    public override string ToString() => $"CL{Major}.{Minor}";
}
