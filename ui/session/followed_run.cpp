// SPDX-License-Identifier: GPL-3.0-or-later
#include "session/followed_run.h"

#include "base/error.h"

namespace jumplora {

FollowedRun::Look FollowedRun::look(bool withState) {
    Look look;
    if (withState) {
        try {
            look.state = readState(directory);
        } catch (const Error&) {
            // No folder, or none yet: whoever asked knows what that means.
            look.state = {};
        }
    }
    if (!m_broken) {
        try {
            look.events = m_follower.read();
        } catch (const Error& error) {
            m_broken = true;
            look.error = QString::fromUtf8(error.what());
        }
    }
    look.complete = m_broken || m_follower.atEnd();
    return look;
}

}  // namespace jumplora
