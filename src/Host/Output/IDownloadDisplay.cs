using GpuCgan.Host.Data.Fetching;

namespace GpuCgan.Host.Output;

/// <summary>Shows how a download goes on.</summary>
internal interface IDownloadDisplay : IDownloadProgress, IDisposable;
