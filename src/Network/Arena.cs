using GpuCgan.Kernels;
using GpuCgan.Kernels.Devices;
using ILGPU;

namespace GpuCgan.Network;

/// <summary>
/// Tensors of one network in one buffer, each aligned to 256 bytes, so that an optimiser step, an average or a check is one launch over
/// all of them. Arenas of one layout (values, gradients, moments) differ in their buffer alone.
/// </summary>
internal sealed class Arena
{
    private readonly DeviceArray<float> _memory;

    public Arena(ArenaLayout layout, DeviceMemory memory)
    {
        Layout = layout;
        _memory = memory.Array<float>(Math.Max(1, layout.Length));
    }

    public ArenaLayout Layout { get; }

    /// <summary>All tensors, with zeros in the gaps between them.</summary>
    public ArrayView<float> View => _memory.View;

    public ArrayView<float> this[TensorSlot slot] => View.SubView(slot.Offset, slot.Length);

    public Matrix Matrix(TensorSlot slot) => new(this[slot], slot.Rows, slot.Columns);

    public float[] Download() => _memory.Download();

    /// <summary>Sets a tensor to one value, by way of the host: for first values.</summary>
    public void Fill(TensorSlot slot, float value)
    {
        var all = Download();
        all.AsSpan((int)slot.Offset, slot.Length).Fill(value);
        Upload(all);
    }

    /// <summary>Waits for the device and copies one tensor.</summary>
    public float[] Download(TensorSlot slot) => Download().AsSpan((int)slot.Offset, slot.Length).ToArray();

    public void Upload(ReadOnlySpan<float> all) => _memory.Upload(all);
}

/// <summary>Where one tensor of an arena lies. A vector has one row.</summary>
/// <param name="Name">As checkpoints name it, such as <c>linear1.weight</c>.</param>
/// <param name="Rows">Rows; 1 for a vector.</param>
/// <param name="Columns">Columns.</param>
/// <param name="IsVector">Whether its shape is [Columns] and not [Rows, Columns].</param>
/// <param name="Offset">Its first float.</param>
internal sealed record TensorSlot(string Name, int Rows, int Columns, bool IsVector, long Offset)
{
    public int Length => Rows * Columns;

    public long[] Shape => IsVector ? [Columns] : [Rows, Columns];
}

/// <summary>The tensors of an arena and where they lie. Layers add theirs before the arena is allocated.</summary>
internal sealed class ArenaLayout
{
    private const int AlignmentInFloats = 64;

    private readonly List<TensorSlot> _slots = [];
    private readonly List<long> _layers = [];

    public IReadOnlyList<TensorSlot> Slots => _slots;

    /// <summary>Where the tensors of each layer of a network begin; where a layer has none, the next one's.</summary>
    public IReadOnlyList<long> Layers => _layers;

    public long Length { get; private set; }

    /// <summary>What is added from here on is of the network's next layer, or lies behind its last.</summary>
    public void BeginLayer() => _layers.Add(Length);

    public TensorSlot Matrix(string name, int rows, int columns) => Add(name, rows, columns, isVector: false);

    public TensorSlot Vector(string name, int length) => Add(name, 1, length, isVector: true);

    private TensorSlot Add(string name, int rows, int columns, bool isVector)
    {
        if ((long)rows * columns > int.MaxValue)
            throw new InvalidDataException($"tensor '{name}' would have {rows} × {columns} elements, expected at most {int.MaxValue}; use a smaller recipe or image");
        var slot = new TensorSlot(name, rows, columns, isVector, Length);
        _slots.Add(slot);
        Length = (slot.Offset + slot.Length + AlignmentInFloats - 1) / AlignmentInFloats * AlignmentInFloats;
        return slot;
    }
}
