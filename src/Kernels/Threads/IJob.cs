namespace GpuCgan.Kernels.Threads;

/// <summary>Work cut into items that may run in any order and on any thread, each writing what no other item writes.</summary>
internal interface IJob
{
    /// <summary>Runs one item; <paramref name="worker"/> is 0 … threads−1 and names the scratch memory it may use.</summary>
    void Run(int item, int worker);
}
