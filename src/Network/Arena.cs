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
    private readonly bool _takesStrips;

    public Arena(ArenaLayout layout, DeviceMemory memory)
    {
        Layout = layout;
        _takesStrips = memory.Device.ProductsTakeStrips && !layout.IsInRows;
        _memory = memory.Array<float>(Math.Max(1, layout.Length));
    }

    public ArenaLayout Layout { get; }

    /// <summary>All tensors, with zeros in the gaps between them.</summary>
    public ArrayView<float> View => _memory.View;

    public ArrayView<float> this[TensorSlot slot] => View.SubView(slot.Offset, slot.Length);

    /// <summary>A tensor that lies row by row.</summary>
    /// <exception cref="InvalidOperationException">It lies in strips.</exception>
    public Matrix Matrix(TensorSlot slot) => LiesInStrips(slot) ? throw new InvalidOperationException($"{slot.Name} lies in strips: ask for its weights") : Rows(slot);

    /// <summary>A tensor as products take it.</summary>
    public WeightMatrix Weights(TensorSlot slot) => LiesInStrips(slot) ? WeightMatrix.InStrips(this[slot], slot.Rows, slot.Columns) : Rows(slot);

    /// <summary>All tensors, each row by row however it lies here.</summary>
    public float[] Download()
    {
        var all = _memory.Download();
        float[]? lying = null;
        foreach (var slot in Layout.Slots.Where(LiesInStrips))
        {
            lying ??= [.. all];
            WeightMatrix.ToRows(slot.Of(lying), slot.Of(all), slot.Columns);
        }
        return all;
    }

    /// <summary>Sets a tensor to one value, by way of the host: for first values.</summary>
    public void Fill(TensorSlot slot, float value)
    {
        var all = Download();
        slot.Of(all).Fill(value);
        Upload(all);
    }

    /// <summary>Sets a tensor to what <paramref name="draw"/> writes, row by row: for first values.</summary>
    public void Draw(TensorSlot slot, Action<Matrix> draw)
    {
        draw(Rows(slot));
        if (!LiesInStrips(slot))
            return;
        var lying = _memory.Download();
        WeightMatrix.ToStrips([.. slot.Of(lying)], slot.Of(lying), slot.Columns);
        _memory.Upload(lying);
    }

    /// <summary>Waits for the device and copies one tensor, row by row.</summary>
    public float[] Download(TensorSlot slot) => slot.Of(Download()).ToArray();

    /// <summary>Sets all tensors, each given row by row.</summary>
    public void Upload(ReadOnlySpan<float> all)
    {
        float[]? lying = null;
        foreach (var slot in Layout.Slots.Where(LiesInStrips))
        {
            lying ??= all.ToArray();
            WeightMatrix.ToStrips(all.Slice((int)slot.Offset, slot.Length), slot.Of(lying), slot.Columns);
        }
        _memory.Upload(lying ?? all);
    }

    private Matrix Rows(TensorSlot slot) => new(this[slot], slot.Rows, slot.Columns);

    private bool LiesInStrips(TensorSlot slot) => _takesStrips && slot.IsForProducts && WeightMatrix.AreStrips(slot.Columns);
}

/// <summary>Where one tensor of an arena lies. A vector has one row.</summary>
/// <param name="Name">As checkpoints name it, such as <c>linear1.weight</c>.</param>
/// <param name="Rows">Rows; 1 for a vector.</param>
/// <param name="Columns">Columns.</param>
/// <param name="IsVector">Whether its shape is [Columns] and not [Rows, Columns].</param>
/// <param name="IsForProducts">Whether products alone read it, so that it may lie as they want it.</param>
/// <param name="Offset">Its first float.</param>
internal sealed record TensorSlot(string Name, int Rows, int Columns, bool IsVector, bool IsForProducts, long Offset)
{
    public int Length => Rows * Columns;

    public long[] Shape => IsVector ? [Columns] : [Rows, Columns];

    /// <summary>Its part of a copy of an arena.</summary>
    public Span<float> Of(float[] arena) => arena.AsSpan((int)Offset, Length);
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

    /// <summary>Whether every tensor lies row by row; otherwise <see cref="Weight"/>s lie as the device's products want them.</summary>
    public bool IsInRows { get; private set; }

    /// <summary>Something else than products reads the weights, so they lie row by row.</summary>
    public void KeepRows() => IsInRows = true;

    public TensorSlot Matrix(string name, int rows, int columns) => Add(name, rows, columns);

    /// <summary>A matrix that products alone read, such as a linear layer's weights.</summary>
    public TensorSlot Weight(string name, int rows, int columns) => Add(name, rows, columns, isForProducts: true);

    public TensorSlot Vector(string name, int length) => Add(name, 1, length, isVector: true);

    private TensorSlot Add(string name, int rows, int columns, bool isVector = false, bool isForProducts = false)
    {
        if ((long)rows * columns > int.MaxValue)
            throw new InvalidDataException($"tensor '{name}' would have {rows} × {columns} elements, expected at most {int.MaxValue}; use a smaller recipe or image");
        var slot = new TensorSlot(name, rows, columns, isVector, isForProducts, Length);
        _slots.Add(slot);
        Length = (slot.Offset + slot.Length + AlignmentInFloats - 1) / AlignmentInFloats * AlignmentInFloats;
        return slot;
    }
}
