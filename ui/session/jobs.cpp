// SPDX-License-Identifier: GPL-3.0-or-later
#include "session/jobs.h"

#include "base/error.h"

#include <QMetaObject>
#include <utility>

namespace jumplora {
namespace {

constexpr int kReaders = 3;
constexpr int kComputers = 2;
constexpr std::size_t kIdleStores = 3;

}  // namespace

Jobs::Jobs(std::filesystem::path database, QObject* parent)
    : QObject(parent), m_database(std::move(database)) {
    m_readers.setMaxThreadCount(kReaders);
    m_writers.setMaxThreadCount(1);
    m_computers.setMaxThreadCount(kComputers);
}

Jobs::~Jobs() {
    m_closing = true;
    for (QThreadPool* pool : {&m_readers, &m_computers, &m_writers}) pool->waitForDone();
}

void Jobs::start(QThreadPool& pool, const JobHandle& job, QObject* receiver, const Failed& failed,
                 std::function<Deliver()> work) {
    const QPointer<QObject> guard(receiver);
    pool.start([this, job, guard, failed, work = std::move(work)] {
        Deliver deliver;
        QString sentence;
        if (!m_closing && !job->cancelled()) {
            try {
                deliver = work();
            } catch (const std::exception& error) {
                sentence = QString::fromUtf8(error.what());
            }
        }
        job->m_finished = true;
        if (m_closing || job->cancelled()) return;
        // Posted to this object, which outlives its workers; the receiver is looked at on the GUI thread
        // only.
        QMetaObject::invokeMethod(
            this,
            [this, job, guard, failed, deliver = std::move(deliver), sentence] {
                if (guard.isNull() || job->cancelled()) return;
                if (deliver) {
                    deliver();
                } else if (failed) {
                    failed(sentence);
                } else {
                    Q_EMIT problem(sentence);
                }
            },
            Qt::QueuedConnection);
    });
}

std::unique_ptr<Store> Jobs::takeStore() {
    {
        const std::lock_guard lock(m_mutex);
        std::error_code error;
        // A file that was deleted or never made has no runs.
        if (!std::filesystem::exists(m_database, error) && !error) {
            m_idle.clear();
            return std::make_unique<Store>(Store::inMemory());
        }
        if (!m_idle.empty()) {
            auto store = std::move(m_idle.back());
            m_idle.pop_back();
            return store;
        }
        if (!m_migrated) {
            const Store migrated(m_database);
            m_migrated = true;
        }
    }
    return std::make_unique<Store>(m_database, StoreOptions{.readOnly = true});
}

void Jobs::giveStore(std::unique_ptr<Store> store) {
    const std::lock_guard lock(m_mutex);
    if (store && !store->file().empty() && m_idle.size() < kIdleStores) m_idle.push_back(std::move(store));
}

}  // namespace jumplora
