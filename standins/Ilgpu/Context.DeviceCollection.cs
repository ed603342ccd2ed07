using ILGPU.Runtime;

namespace ILGPU;

public sealed partial class Context
{
    /// <summary>The devices of one type.</summary>
    public readonly ref struct DeviceCollection<TDevice>
        where TDevice : Device
    {
        private readonly List<Device> devices;

        internal DeviceCollection(List<Device> devices) => this.devices = devices;

        public AcceleratorType AcceleratorType => DeviceTypeAttribute.GetAcceleratorType(typeof(TDevice));

        public int Count => devices.Count;

        /// <exception cref="NotSupportedException">There are not that many devices of this type.</exception>
        public TDevice this[int deviceIndex]
        {
            get
            {
                ArgumentOutOfRangeException.ThrowIfNegative(deviceIndex);
                return deviceIndex < Count
                    ? (TDevice)devices[deviceIndex]
                    : throw new NotSupportedException($"There is no {AcceleratorType} device {deviceIndex}: {Count} are registered.");
            }
        }

        public Enumerator GetEnumerator() => new(devices);

        public ref struct Enumerator
        {
            private List<Device>.Enumerator devices;

            internal Enumerator(List<Device> devices) => this.devices = devices.GetEnumerator();

            public TDevice Current => (TDevice)devices.Current;

            public bool MoveNext() => devices.MoveNext();
        }
    }
}
