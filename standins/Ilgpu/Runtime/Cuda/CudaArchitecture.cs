namespace ILGPU.Runtime.Cuda;

/// <summary>The compute capability of an NVIDIA GPU.</summary>
public readonly struct CudaArchitecture(int major, int minor) : IComparable<CudaArchitecture>, IEquatable<CudaArchitecture>
{
    /// <summary>Ampere.</summary>
    public static readonly CudaArchitecture SM_80 = new(8, 0);

    /// <summary>Hopper.</summary>
    public static readonly CudaArchitecture SM_90 = new(9, 0);

    public int Major { get; } = major;

    public int Minor { get; } = minor;

    private int Number => (Major << 16) + Minor;

    public static bool operator >(CudaArchitecture first, CudaArchitecture second) => first.Number > second.Number;

    public static bool operator >=(CudaArchitecture first, CudaArchitecture second) => first.Number >= second.Number;

    public static bool operator <(CudaArchitecture first, CudaArchitecture second) => first.Number < second.Number;

    public static bool operator <=(CudaArchitecture first, CudaArchitecture second) => first.Number <= second.Number;

    public static bool operator ==(CudaArchitecture first, CudaArchitecture second) => first.Number == second.Number;

    public static bool operator !=(CudaArchitecture first, CudaArchitecture second) => first.Number != second.Number;

    public int CompareTo(CudaArchitecture other) => Number.CompareTo(other.Number);

    public bool Equals(CudaArchitecture other) => this == other;

    public override bool Equals(object? obj) => obj is CudaArchitecture other && this == other;

    public override int GetHashCode() => Number;

    public override string ToString() => $"SM_{Major}{Minor}";
}
