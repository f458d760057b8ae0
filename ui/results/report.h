// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include "exchange/html_report.h"
#include "plots/figure.h"
#include "runs/compare_data.h"

#include <QString>
#include <vector>

namespace jumplora {

// The parts of a report on runs or a comparison: metrics, differences, matrices, curves, settings, published
// numbers. Figures are drawn for paper, in light colours.
std::vector<ReportSection> reportSections(const ComparedRuns& compared, const Table& metrics,
                                          const Table& differences, const Table& published,
                                          const std::vector<const Figure*>& figures);

// As one PDF file, with the same figures as images. Throws Error(Io).
void writeReportPdf(const QString& file, const QString& title, const std::vector<ReportSection>& sections,
                    const std::vector<const Figure*>& figures);

}  // namespace jumplora
