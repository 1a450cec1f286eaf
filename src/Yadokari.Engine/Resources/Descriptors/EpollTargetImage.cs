namespace Yadokari.Engine.Resources.Descriptors;

/// <summary>A descriptor that an epoll instance watches.</summary>
/// <param name="Number">Descriptor number of the process.</param>
/// <param name="Events">EPOLL* bits.</param>
/// <param name="Data">epoll_data.</param>
/// <param name="MayFail">The resumer's stream there may be a kind of file that can't be watched.</param>
/// <param name="Source">Another number of the process for what it watches, when the first has been closed; −1: it has not.</param>
public readonly record struct EpollTargetImage(int Number, uint Events, ulong Data, bool MayFail, int Source = -1);
