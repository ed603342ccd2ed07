namespace GpuCgan.Host.Rendering;

/// <summary>Which part of a text lies at the given x.</summary>
internal enum TextAlign
{
    Left,
    Center,
    Right,
}
