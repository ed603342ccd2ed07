namespace GpuCgan.Host.Output;

/// <summary>Shows work that comes in stages.</summary>
internal interface IStageDisplay
{
    /// <summary>Does a stage's work, which reports the share of it that is done.</summary>
    void Run(string what, Action<Action<double>> work);

    /// <summary>Something went wrong that does not stop the work.</summary>
    void Warn(string message);
}
