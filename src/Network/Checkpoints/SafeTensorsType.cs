namespace GpuCgan.Network.Checkpoints;

/// <summary>The element types of the safetensors format that checkpoints use, under the names the format gives them.</summary>
public enum SafeTensorsType
{
    /// <summary>32-bit IEEE float.</summary>
    F32,

    /// <summary>32-bit signed integer.</summary>
    I32,

    /// <summary>64-bit signed integer.</summary>
    I64,

    /// <summary>Byte.</summary>
    U8,
}
