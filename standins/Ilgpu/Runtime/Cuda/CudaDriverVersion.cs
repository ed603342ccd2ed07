namespace ILGPU.Runtime.Cuda;

/// <summary>The highest version of CUDA that the driver supports.</summary>
public readonly struct CudaDriverVersion : IComparable<CudaDriverVersion>, IEquatable<CudaDriverVersion>
{
    private CudaDriverVersion(int value) => Value = value;

    /// <summary>As the driver says it: 1000 × major + 10 × minor.</summary>
    public int Value { get; }

    public int Major => Value / 1000;

    public int Minor => Value % 1000 / 10;

    public static CudaDriverVersion FromValue(int value) => new(value);

    public static CudaDriverVersion FromMajorMinor(int major, int minor) => new(1000 * major + 10 * minor);

    public static implicit operator int(CudaDriverVersion version) => version.Value;

    public static bool operator >(CudaDriverVersion first, CudaDriverVersion second) => first.Value > second.Value;

    public static bool operator >=(CudaDriverVersion first, CudaDriverVersion second) => first.Value >= second.Value;

    public static bool operator <(CudaDriverVersion first, CudaDriverVersion second) => first.Value < second.Value;

    public static bool operator <=(CudaDriverVersion first, CudaDriverVersion second) => first.Value <= second.Value;

    public static bool operator ==(CudaDriverVersion first, CudaDriverVersion second) => first.Value == second.Value;

    public static bool operator !=(CudaDriverVersion first, CudaDriverVersion second) => first.Value != second.Value;

    public int CompareTo(CudaDriverVersion other) => Value.CompareTo(other.Value);

    public bool Equals(CudaDriverVersion other) => this == other;

    public override bool Equals(object? obj) => obj is CudaDriverVersion other && this == other;

    public override int GetHashCode() => Value;

    public override string ToString() => $"{Major}.{Minor}";
}
